import { library } from '../../tsup.base.ts'

export default library([
  'src/index.ts',
  'src/testing/index.ts',
  'src/dialect/sqlite/worker.ts',
  'src/dialect/sqlite/copy-worker.ts',
  'src/jobs/lease-worker.ts',
  'src/worker/worker-process.ts',
  'src/worker/parent-watch.ts',
])
