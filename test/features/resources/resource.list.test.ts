import { listLaws } from '../list-laws.js';
import { resources } from './resource-spec.js';

listLaws(resources);
