import { PipelineError } from '../errors.ts'
import type { DiagramSource } from './diagram.ts'
import { formatDot } from './dot.ts'
import type { DrawOptions } from './mermaid.ts'

/** (pt) from the left and from above. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** Where everything of a diagram goes: (pt), measured from the upper left corner. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** By what the text for Graphviz calls them: nodes, and the boxes of schemas and masters. */
  readonly boxes: ReadonlyMap<string, Box>
  /** By the number of the edge: a start, and three points for each curve. */
  readonly edges: ReadonlyMap<number, readonly Point[]>
}

/** Graphviz refused a diagram, which is a mistake of ours. */
export class DiagramError extends PipelineError {
  override readonly name = 'DiagramError'
  readonly code = 'diagram-failed'
  constructor(problem: string) {
    super(`The diagram could not be laid out: ${problem}. Draw fewer tables, or use formatDot() or formatMermaid().`)
  }
}

/** Lays a diagram out by Graphviz's own rules, which come as WebAssembly: no program is needed. */
export async function layOut(source: DiagramSource, options: DrawOptions): Promise<Layout> {
  // a megabyte, for those who draw
  const { instance } = await import('@viz-js/viz')
  const viz = await instance()
  const result = viz.render(formatDot(source, options), { format: 'json0', engine: 'dot' })
  if (result.status === 'failure') throw new DiagramError(result.errors.map(({ message }) => message).join(', '))
  return readLayout(JSON.parse(result.output))
}

/** What Graphviz says of a drawing, as far as it is read here; it counts from below. */
interface Drawing {
  readonly bb: string
  readonly objects?: readonly Drawn[]
  readonly edges?: readonly { readonly id: string; readonly pos: string }[]
}

type Drawn = { readonly name: string } & (
  | { readonly bb: string }
  | { readonly pos: string; readonly width: string; readonly height: string }
)

function readLayout(drawing: Drawing): Layout {
  const [, , width = 0, height = 0] = numbersIn(drawing.bb)
  const boxOf = (drawn: Drawn): Box => {
    if ('bb' in drawn) {
      const [left = 0, bottom = 0, right = 0, top = 0] = numbersIn(drawn.bb)
      return { x: left, y: height - top, width: right - left, height: top - bottom }
    }
    const [x = 0, y = 0] = numbersIn(drawn.pos)
    const [inches, high] = [Number(drawn.width), Number(drawn.height)]
    return { x: x - inches * 36, y: height - y - high * 36, width: inches * 72, height: high * 72 }
  }
  return {
    width,
    height,
    boxes: new Map((drawing.objects ?? []).map((drawn) => [drawn.name, boxOf(drawn)])),
    edges: new Map(
      (drawing.edges ?? []).map(({ id, pos }) => [
        Number(id.replace('edge', '')),
        pos.split(' ').map((pair) => {
          const [x = 0, y = 0] = numbersIn(pair)
          return { x, y: height - y }
        }),
      ]),
    ),
  }
}

const numbersIn = (text: string): readonly number[] => text.split(',').map(Number)
