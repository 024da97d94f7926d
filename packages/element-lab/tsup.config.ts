import { library } from '../../tsup.base.ts'

export default library(['src/index.ts', 'src/lab.ts', 'src/project.ts'])
