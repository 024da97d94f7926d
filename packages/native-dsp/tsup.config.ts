import { library } from '../../tsup.base.ts'

export default library(['src/index.ts', 'src/typescript/simulate/worker.ts', 'src/typescript/pass/worker.ts'])
