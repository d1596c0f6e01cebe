import 'dotenv/config';
import { readConfig } from './src/config.js';
import { makeDataSource } from './src/database/data-source.js';
import { entities } from './src/features/index.js';

/** For TypeORM's own command line. */
export default await makeDataSource(readConfig(process.env).databaseUrl, entities);
