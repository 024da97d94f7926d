import { library } from '../../tsup.base.ts'

export default library([
  'src/index.ts',
  'src/testing/index.ts',
  'src/dialect/sqlite/worker.ts',
  'src/jobs/lease-worker.ts',
])
