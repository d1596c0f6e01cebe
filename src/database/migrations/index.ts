import type { MigrationInterface } from 'typeorm';
import { Modules1763800000000 } from './0001-modules.js';
import { Integration1764000000000 } from './0002-integration.js';
import { Leases1764100000000 } from './0003-leases.js';
import { AuditSpans1764200000000 } from './0004-audit-spans.js';
import { SignInRefusals1764250000000 } from './0005-sign-in-refusals.js';
import { AuditCounts1764300000000 } from './0006-audit-counts.js';
import { IngestTokens1764310000000 } from './0007-ingest-tokens.js';
import { SourceRuns1764320000000 } from './0008-source-runs.js';
import { CommitMarks1764330000000 } from './0009-commit-marks.js';
import { AuditRetention1764400000000 } from './0010-audit-retention.js';
import { CountsOfQuarters1764410000000 } from './0011-counts-of-quarters.js';
import { AuditNames1764500000000 } from './0012-audit-names.js';
import { CursorKey1764600000000 } from './0013-cursor-key.js';
import { TrustedDevices1764620000000 } from './0015-trusted-devices.js';
import { ScopesAndTokens1764630000000 } from './0016-scopes-and-tokens.js';
import { PastShares1764650000000 } from './0018-past-shares.js';
import { RunConflicts1764690000000 } from './0020-run-conflicts.js';
import { Owners1764710000000 } from './0022-owners.js';

/** Every migration, oldest first. The list only ever grows at its end. */
export const migrations: (new () => MigrationInterface)[] = [
  Modules1763800000000,
  Integration1764000000000,
  Leases1764100000000,
  AuditSpans1764200000000,
  SignInRefusals1764250000000,
  AuditCounts1764300000000,
  IngestTokens1764310000000,
  SourceRuns1764320000000,
  CommitMarks1764330000000,
  AuditRetention1764400000000,
  CountsOfQuarters1764410000000,
  AuditNames1764500000000,
  CursorKey1764600000000,
  TrustedDevices1764620000000,
  ScopesAndTokens1764630000000,
  PastShares1764650000000,
  RunConflicts1764690000000,
  Owners1764710000000,
];
