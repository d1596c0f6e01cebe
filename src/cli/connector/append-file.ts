import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './durable-file.js';
import { openToAppend } from './private-file.js';

/** A file that only grows, in steps that last once `append` has returned. */
export class AppendFile {
  private constructor(
    readonly handle: FileHandle,
    public bytes: number,
  ) {}

  /**
   * Opens a file whose first `bytes` bytes are good and cuts off what lies beyond. Returns null where the file is shorter
   * than that.
   */
  static async open(path: string, bytes: number): Promise<AppendFile | null> {
    const handle = await openToAppend(path);
    try {
      const { size } = await handle.stat();
      if (size >= bytes) {
        await handle.truncate(bytes);
        await syncDirectory(dirname(path));
        return new AppendFile(handle, bytes);
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return null;
  }

  async append(text: string): Promise<void> {
    if (text === '') return;
    const data = Buffer.from(text);
    await this.handle.writeFile(data);
    await this.handle.sync();
    this.bytes += data.length;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
