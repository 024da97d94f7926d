import { join } from 'node:path'
import { startDatajoint } from '../datajoint-process.ts'
import { type Contestant, FAMILIES, KEYS, LEVELS, SAMPLES, type Server } from './operations.ts'

/** Python DataJoint, in a process of its own. `tables` is a schema of many tables that exists. */
export function datajoint({ host, port, user, password }: Server, tables: string): Promise<Contestant> {
  const sizes = { host, port, user, password, tables, samples: SAMPLES, keys: KEYS, levels: LEVELS, families: FAMILIES }
  return startDatajoint(join(import.meta.dirname, 'datajoint_process.py'), sizes)
}
