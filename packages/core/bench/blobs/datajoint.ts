import { join } from 'node:path'
import { startDatajoint } from '../datajoint-process.ts'
import { BLOBS, BYTES, type Contestant, type Server } from './operations.ts'

/** Python DataJoint, in a process of its own. */
export const datajoint = (server: Server): Promise<Contestant> =>
  startDatajoint(join(import.meta.dirname, 'datajoint_process.py'), { ...server, blobs: BLOBS, bytes: BYTES })
