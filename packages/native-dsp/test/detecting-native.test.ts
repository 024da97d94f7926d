import { testDetecting } from './detecting-kit.ts'
import { withNative } from './native-dsp.ts'

withNative((dsp) => testDetecting('native', dsp))
