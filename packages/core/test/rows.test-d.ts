import { type Database, defineSchema } from '../src/index.ts'

declare const db: Database
const schema = defineSchema('lab')
const Session = schema.manual(
  'Session',
  {},
  `
  session : int32
  ---
  note = '' : varchar(100)
`,
)

void db(Session).insert(new Set([{ session: 1 }]))
void db(Session).insert([
  { session: 1 },
  // @ts-expect-error -- said at the row, not at the whole list
  { session: 2, noote: 'x' },
  // @ts-expect-error -- no key
  { note: 'x' },
])

schema.computed(
  'Bouts',
  { Session },
  `
  -> Session
  ---
  bout_count : int32
`,
  {
    parts: {
      Bout: [
        {},
        `
    -> master
    bout : int32
    ---
    bout_start : float64
  `,
      ],
    },
    fetch: (key, db) => db(Session).forKey(key).fetch1(),
    compute: () => ({
      row: { bout_count: 2 },
      parts: {
        Bout: [
          { bout: 0, bout_start: 0.5 },
          // @ts-expect-error -- without a start
          { bout: 1 },
        ],
      },
    }),
  },
)
