import { library } from '../../tsup.base.ts'

export default library(['src/index.ts', 'src/probe/index.ts', 'src/ephys/index.ts'])
