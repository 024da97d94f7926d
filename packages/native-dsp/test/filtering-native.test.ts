import { testFiltering } from './filtering-kit.ts'
import { withNative } from './native-dsp.ts'

withNative((dsp) => testFiltering('native', dsp))
