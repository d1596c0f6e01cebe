#!/usr/bin/env node
import 'dotenv/config';
import { runCommandLine } from './cli/index.js';

await runCommandLine(process.argv);
