/** The bytes of bodies that are open at once: from when a body is announced until its answer was sent. */
interface OpenBytes {
  /** From one network. */
  readonly ofNetwork: number;
  readonly inAll: number;
}

const MIB = 1024 * 1024;

/** Who is not signed in cannot fill the room of those who are. */
const ROOM = {
  anonymous: { ofNetwork: MIB, inAll: 16 * MIB },
  signedIn: { ofNetwork: 48 * MIB, inAll: 128 * MIB },
} as const satisfies Record<string, OpenBytes>;

/** Which room a body takes. */
export type Room = keyof typeof ROOM;

/** Why a body is refused. */
export type NoRoom = 'network' | 'all';

/** Counts the bytes of open bodies, by the network of their senders and in all. Each process counts its own. */
export class OpenBodies {
  readonly #inAll: Record<Room, number> = { anonymous: 0, signedIn: 0 };
  readonly #ofNetworks = new Map<string, number>();

  /** Takes room for some bytes more; undefined where it was there, else what is full, with none taken. */
  take(room: Room, network: string, bytes: number): NoRoom | undefined {
    const key = `${room} ${network}`;
    const open = this.#ofNetworks.get(key) ?? 0;
    if (open + bytes > ROOM[room].ofNetwork) return 'network';
    if (this.#inAll[room] + bytes > ROOM[room].inAll) return 'all';
    this.#ofNetworks.set(key, open + bytes);
    this.#inAll[room] += bytes;
    return undefined;
  }

  /** Gives back room that was taken. */
  release(room: Room, network: string, bytes: number): void {
    const key = `${room} ${network}`;
    const left = (this.#ofNetworks.get(key) ?? 0) - bytes;
    if (left > 0) this.#ofNetworks.set(key, left);
    else this.#ofNetworks.delete(key);
    this.#inAll[room] -= bytes;
  }
}
