/** How many connections may be open in one process. */
export interface ConnectionLimits {
  readonly inAll: number;
  readonly ofOneAddress: number;
}

/** An open connection, as far as it matters for which has to give way. */
export interface Place {
  /** The address, or of IPv6 the network, that it is counted with. */
  readonly network: string;
  /** When something came last, or the connection was made; milliseconds of performance.now(). */
  lastAt: number;
  /** Whether a message came over it. */
  hasSent: boolean;
}

/**
 * The open connections of a listener, at most so many in all and of one address (of IPv6, of one /64 network). A new one is
 * always taken in: if there are too many, another gives way.
 */
export class Places<P extends Place> {
  readonly #open = new Set<P>();

  constructor(readonly limits: ConnectionLimits) {}

  get size(): number {
    return this.#open.size;
  }

  /** Adds a connection, and removes and returns the one that gives way to it, if one has to. */
  add(place: P): P | undefined {
    const ofNetwork = [...this.#open].filter(({ network }) => network === place.network);
    let leaving: P | undefined;
    if (ofNetwork.length >= this.limits.ofOneAddress) leaving = mostIdle(ofNetwork);
    else if (this.#open.size >= this.limits.inAll) leaving = mostIdle(this.#ofLargestNetworks());
    if (leaving) this.#open.delete(leaving);
    this.#open.add(place);
    return leaving;
  }

  delete(place: P): void {
    this.#open.delete(place);
  }

  /** The connections of the addresses that have most of them: who has one does not lose it to who has many. */
  #ofLargestNetworks(): P[] {
    const numbers = new Map<string, number>();
    for (const { network } of this.#open) numbers.set(network, (numbers.get(network) ?? 0) + 1);
    const most = Math.max(...numbers.values());
    return [...this.#open].filter(({ network }) => numbers.get(network) === most);
  }

  [Symbol.iterator](): Iterator<P> {
    return this.#open.values();
  }
}

/** The connection that was idle for the longest time; those over which no message ever came go first. */
function mostIdle<P extends Place>(places: readonly P[]): P {
  const silent = places.filter(({ hasSent }) => !hasSent);
  const candidates = silent.length > 0 ? silent : places;
  return candidates.reduce((idlest, place) => (place.lastAt < idlest.lastAt ? place : idlest));
}
