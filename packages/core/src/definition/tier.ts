/** What kind of table it is: how its rows come to be. A part's rows come with its master's. */
export type Tier = 'manual' | 'lookup' | 'imported' | 'computed' | 'part'
