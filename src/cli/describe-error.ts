import { AppError } from '../lib/app-error.js';

type SystemError = NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };

/** What went wrong, for whoever typed the command, with what to do where that is known. */
export function describeError(error: unknown): string {
  if (error instanceof AppError) {
    const { cause, message } = error;
    return cause instanceof Error ? `${message} (${cause.message})` : message;
  }
  if (error instanceof AggregateError) return error.errors.map(describeError).join('; ');
  if (!(error instanceof Error)) return String(error);
  return adviceFor(error) ?? error.message;
}

function adviceFor({ code, syscall, port, address, hostname, message }: SystemError): string | undefined {
  if (syscall === 'connect') {
    return `the database cannot be reached (${message}): is it running, and is DATABASE_URL right?`;
  }
  if (syscall === 'getaddrinfo') return `there is no host ${hostname}: look at HOST and DATABASE_URL`;
  // It is `bind` where workers share the port.
  if (syscall !== 'listen' && syscall !== 'bind') return undefined;
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop what uses it, or set another PORT`;
  if (code === 'EACCES') return `port ${port} may not be used by this user: set a PORT from 1024 on`;
  if (code === 'EADDRNOTAVAIL') return `HOST: ${address} is not an address of this machine`;
  return undefined;
}
