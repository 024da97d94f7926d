import { openTypescriptSimulation } from '../src/typescript/simulate/open.ts'
import { testSimulatedRun } from './simulated-run-kit.ts'
import { testSimulation } from './simulation-kit.ts'

testSimulation('typescript', openTypescriptSimulation)
testSimulatedRun('typescript', openTypescriptSimulation)
