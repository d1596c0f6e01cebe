import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** What the tests need of the machine: the command that shows it is there, and Debian's package of it. */
const needs = [
  { command: 'mariadbd', package: 'mariadb-server' },
  { command: 'mariadb-install-db', package: 'mariadb-server' },
  { command: 'rsyslogd', package: 'rsyslog' },
  { command: 'logger', package: 'bsdutils' },
  { command: 'curl', package: 'curl' },
];

const missing = [...new Set(needs.filter(({ command }) => !has(command)).map((need) => need.package))];
if (missing.length > 0) install(missing);

function install(packages) {
  const list = packages.join(' ');
  const apt = isDebian() && has('apt-get');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!apt || (sudo.length > 0 && spawnSync('sudo', ['-n', 'true']).status !== 0)) {
    console.error(`The tests start a MariaDB server and syslog senders of their own, and found not all of them on this machine. Install
them, then run again:
  Debian, Ubuntu: sudo apt-get install ${list}
  Fedora:         sudo dnf install mariadb-server rsyslog util-linux curl
  macOS:          brew install mariadb; the senders are Linux's`);
    process.exit(1);
  }
  console.log(`Installing what the tests need on this machine: ${list}`);
  const run = (...command) => {
    const [file, ...args] = [...sudo, ...command];
    execFileSync(file, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  run('apt-get', 'update', '-qq');
  run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
}

function has(command) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => existsSync(`${folder}/${command}`));
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
