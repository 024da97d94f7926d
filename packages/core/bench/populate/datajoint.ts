import { join } from 'node:path'
import { type DatajointProcess, startDatajoint } from '../datajoint-process.ts'
import { MAKES, REFRESHED, type Server } from './operations.ts'

/** Python DataJoint, in a process of its own, whose operations are `populate` and `refresh`. */
export const datajoint = (server: Server): Promise<DatajointProcess> =>
  startDatajoint(join(import.meta.dirname, 'datajoint_process.py'), { ...server, makes: MAKES, refreshed: REFRESHED })
