import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { SyslogListener } from '../sources/syslog/listener.js';
import { readCertificate } from './certificate.js';
import { readPem } from './pem-file.js';

/** The listeners that SYSLOG_LISTEN names. They do not listen yet. */
export function syslogListeners({ syslog, sourceTimeZone, tls }: Config, db: Database): SyslogListener[] {
  const { listen, source, allow, clientCaFile } = syslog;
  const secure = listen.some(({ transport }) => transport === 'tls') && tls ? secrets(tls, clientCaFile) : undefined;
  return listen.map((address) => new SyslogListener(db, address, { source, zone: sourceTimeZone, allow, tls: secure }));
}

function secrets(tls: NonNullable<Config['tls']>, clientCaFile: string | undefined) {
  const authorities = clientCaFile === undefined ? undefined : readPem('SYSLOG_CLIENT_CA_FILE', clientCaFile);
  return { ...readCertificate(tls), authorities };
}
