import type { Detecting } from '../detecting.ts'
import { requireDetection } from '../detecting-parameters.ts'
import { Attention } from './attention.ts'
import { createDetector, detectAttentively } from './detecting/detector.ts'

/** The area in TypeScript: on the event loop's thread, in slices of a few milliseconds. */
export function createTypeScriptDetecting(): Detecting {
  return {
    async detectPeaks(traces, detection, options = {}) {
      requireDetection(traces, detection)
      const attention = new Attention(options)
      const detector = createDetector(detection.noiseLevels.slice(), {
        ...detection,
        positions: Array.from(detection.positions),
        exclusionFrames: detection.exclusionSamples,
        method: detection.method ?? 'locally-exclusive',
      })
      const peaks = await detectAttentively(traces.slice(), detector, attention)
      attention.finish()
      return {
        sampleIndex: Float64Array.from(peaks, ({ frame }) => frame),
        channel: Int32Array.from(peaks, ({ row }) => row),
        amplitude: Float32Array.from(peaks, ({ amplitude }) => amplitude),
      }
    },
  }
}
