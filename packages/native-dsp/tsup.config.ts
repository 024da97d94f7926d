import { library } from '../../tsup.base.ts'

export default library([
  'src/index.ts',
  'src/cli/main.ts',
  'src/typescript/simulate/worker.ts',
  'src/typescript/pass/worker.ts',
])
