import { text } from 'node:stream/consumers';

/** All of standard input, without the line's end: how a secret comes in without standing in the list of processes. */
export async function readStandardInput(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
