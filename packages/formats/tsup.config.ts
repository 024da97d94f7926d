import { library } from '../../tsup.base.ts'

export default library([
  'src/index.ts',
  'src/recording/index.ts',
  'src/spikeglx/index.ts',
  'src/openephys/index.ts',
  'src/plain/index.ts',
  'src/kilosort/index.ts',
  'src/probes/index.ts',
])
