import { ConnectorError } from './connector-error.js';
import type { ModuleName } from './modules.js';

/** The gateway can say no longer what changed after the cursor, and asks to begin anew. */
export function asksForResync(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === 'RESYNC_REQUIRED';
}

/** A refusal with what its reader can do about it; any other error as it is. */
export function explained(error: unknown, module: ModuleName): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const advice = adviceFor(error.code, module);
  if (advice === null) return error;
  const { code, transient } = error;
  return new ConnectorError(`${module}: ${error.message} ${advice}`, {
    transient,
    cause: error,
    ...(code === null ? {} : { code }),
  });
}

function adviceFor(code: string | null, module: ModuleName): string | null {
  switch (code) {
    case 'BAD_CURSOR':
      return `The gateway was upgraded from a version with other cursors, or its database was replaced. After an upgrade, import the module anew with --resync ${module}: its file is replaced when the new import is whole. If it was replaced, rather import into another directory.`;
    case 'CURSOR_EXPIRED':
      return `What was imported before stays as it is. Copy its file first, since the gateway no longer keeps all that is in it; then import what it keeps anew with --resync ${module}.`;
    case 'RESYNC_REQUIRED':
      return `It was begun anew and the gateway asks for it again. Try again later with --resync ${module}.`;
    case 'FORBIDDEN':
      return 'The token may not read this module. What was imported before stays as it is.';
    case 'UNAUTHENTICATED':
      return 'Is the token complete, saved in the gateway, and not replaced by a newer one?';
    default:
      return null;
  }
}
