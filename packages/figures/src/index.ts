export { type DriftRaster, driftRaster } from './drift-raster.ts'
export { InvalidFigureError } from './errors.ts'
export { type TraceImages, traceImages, type TracePanel } from './trace-images.ts'
export { type MeanWaveforms, meanWaveforms, type UnitWaveform } from './mean-waveforms.ts'
