/** Which Python clients can use a table: DataJoint 2 reads all, DataJoint 0.14 (and MATLAB) only its own. */
export type Generation = '2.x' | '0.14'
