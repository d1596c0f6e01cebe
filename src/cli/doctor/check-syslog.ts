import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../../config.js';
import type { ListenAddress } from '../../lib/listen-address.js';
import { readCertificate } from '../../server/certificate.js';
import { readPem } from '../../server/pem-file.js';
import type { Check } from './check.js';

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use: by the gateway, if it runs',
  EACCES: 'may not be listened at by this user: take a port from 1024 on',
  EADDRNOTAVAIL: 'is not an address of this machine',
  ENOTFOUND: 'there is no such host',
};

/** Whether each address can be listened at for syslog, and the files for TLS can be read. */
export async function checkSyslog({ syslog, tls }: Config): Promise<Check[]> {
  return Promise.all(
    syslog.listen.map(async (address) => {
      const name = `syslog ${address.text}`;
      try {
        if (address.transport === 'tls') {
          readCertificate(tls!);
          if (syslog.clientCaFile !== undefined) readPem('SYSLOG_CLIENT_CA_FILE', syslog.clientCaFile);
        }
        await tryToListen(address);
        return { name, passed: true, detail: 'can be listened at' };
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return { name, passed: code === 'EADDRINUSE', detail: advice[code ?? ''] ?? message };
      }
    }),
  );
}

async function tryToListen({ transport, host, port }: ListenAddress): Promise<void> {
  const isUdp = transport === 'udp';
  const listening = isUdp
    ? createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(port, host)
    : createServer().listen({ host, port });
  await once(listening, 'listening');
  listening.close();
}
