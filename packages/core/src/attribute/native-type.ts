/** What to write instead of a type that MySQL or DataJoint 0.14 knows and this language does not. */
const replacements: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/^(u?int\d+|int24)$/, 'int8, int16, int32 or int64 (all signed)'],
  [/^tinyint\b.*unsigned/, 'int16'],
  [/^smallint\b.*unsigned/, 'int32'],
  [/^mediumint\b/, 'int32'],
  [/^(int|integer|bigint)\b.*unsigned/, 'int64'],
  [/^tinyint\b/, 'int8, or bool for a flag'],
  [/^smallint\b/, 'int16'],
  [/^(int|integer)\b/, 'int32'],
  [/^(bigint|serial)\b/, 'int64'],
  [/^float\b/, 'float32'],
  [/^(double|real)\b/, 'float64'],
  [/^(decimal|numeric)\b/, 'decimal(p,s), both numbers given'],
  [/^boolean\b/, 'bool'],
  [/^timestamp\b/, 'datetime, or datetime(n) with n digits of a second; it is kept in UTC'],
  [/^datetime\b/, 'datetime or datetime(n) with n from 0 to 6'],
  [/^time\b/, 'float64 with the seconds, or varchar(n)'],
  [/^year\b/, 'int16'],
  [/^(var)?binary\b/, 'bytes, or uuid for 16 bytes that identify'],
  [/^(tiny|small|medium|long)?blob\b(?!@)/, '<blob> for arrays and objects, bytes for raw bytes'],
  [/^(tiny|medium|long)?text\b/, 'varchar(n), or <blob> for long text'],
  [/^(blob|attach|filepath)@?[-\w]*$/, 'the same in angle brackets: <blob>, <blob@store>, <attach>'],
  [/^varchar$/, 'varchar(n)'],
  [/^char$/, 'char(n)'],
  [/^enum$/, "enum('first','second')"],
  [/^(string|str)\b/, 'varchar(n)'],
  [/^(number|float\d+)\b/, 'float32 or float64'],
  [/^set\b/, 'one bool for each member, or a part table'],
]

const known =
  'int8, int16, int32, int64, float32, float64, decimal(p,s), bool, char(n), varchar(n), enum(…), date, datetime(n), ' +
  'uuid, json, bytes and <codec>'

/** Says what to write instead of an unknown type. */
export function adviseOnType(text: string): string {
  const spelling = text.toLowerCase()
  const replacement = replacements.find(([pattern]) => pattern.test(spelling))
  return replacement ? `Write ${replacement[1]}.` : `The types are ${known}.`
}
