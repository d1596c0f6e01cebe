import { Module } from '../../database/module.js';
import type { Actor, ImportBounds } from '../../graphql/context.js';
import { heldPrivileges, type MappedUser, privilegeOf } from './mapped-user.js';

/** What decides what a token reads: its user, and what Analytics Plus chose when it connected. */
export interface TokenView extends MappedUser {
  readonly id: number;
  readonly fullName: string | null;
  readonly accessScope: Actor['scope'] | null;
  readonly scopeVersion: number | null;
  /** Modules separated by commas; null if Analytics Plus never connected with the token. */
  readonly modules: string | null;
  readonly importedSince: string | null;
}

/** Makes the actor of a token whose user account exists. */
export function actorOfToken(token: TokenView): Actor {
  return {
    kind: 'CONNECTOR',
    userId: token.userId!,
    userName: token.userName!,
    fullName: token.fullName!,
    roles: [],
    privileges: heldPrivileges(token),
    scope: token.accessScope!,
    scopeVersion: token.scopeVersion!,
    tokenId: token.id,
    ...(token.modules !== null && { bounds: boundsOf(token.modules, token.importedSince) }),
  };
}

function boundsOf(modules: string, since: string | null): ImportBounds {
  const chosen = modules.split(',');
  const left = Object.values(Module).filter((module) => !chosen.includes(module));
  return { withheld: new Set(left.map((module) => privilegeOf[module])), since };
}
