import { testReferencing } from './referencing-kit.ts'
import { withNative } from './native-dsp.ts'

withNative((dsp) => testReferencing('native', dsp))
