import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { droppedByKernel, dropsIn } from '../../../src/sources/syslog/kernel-drops.js';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 17
  101: 00000000:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 4
  102: 0100007F:158B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1236 2 0000000000000000 99
`;

test('the drops of a socket are those of its address and port', () => {
  expect(dropsIn(TABLE, '127.0.0.1', 5514)).toBe(17);
  expect(dropsIn(TABLE, '0.0.0.0', 5514)).toBe(4);
  expect(dropsIn(TABLE, '10.0.0.1', 5514)).toBe(0);
  const ipv6 = TABLE.replaceAll('0100007F', '00000000000000000000000001000000');
  expect(dropsIn(ipv6, '::1', 5514)).toBe(17);
});

test.runIf(process.platform === 'linux')('a buffer that overflows is told of by the system', async () => {
  const receiver = await boundSocket();
  const { address, port } = receiver.address();
  receiver.setRecvBufferSize(2_048);
  const sender = createSocket('udp4');
  const message = Buffer.alloc(1_000, 'x');
  // None of them is read before all are sent.
  const send = () => new Promise<void>((sent) => sender.send(message, port, address, () => sent()));
  await expect
    .poll(async () => {
      for (let n = 0; n < 50; n++) await Promise.all([send(), send(), send(), send()]);
      return droppedByKernel(address, port);
    })
    .toBeGreaterThan(0);
  sender.close();
  receiver.close();
});

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
