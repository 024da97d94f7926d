/** Whether the long versions of races, fuzzing and property tests are to run: `NEUROJOINT_LONG_TESTS=1 npm test`, as CI does. */
export const long = process.env['NEUROJOINT_LONG_TESTS'] === '1'
