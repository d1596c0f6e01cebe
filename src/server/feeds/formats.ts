import { csv } from './csv-format.js';
import type { FormatKind } from './format.js';
import { json, ndjson } from './json-format.js';

/** By the extension that stands in the path. */
export const formats: Readonly<Record<string, FormatKind>> = { ndjson, csv, json };
