import mysql from 'mysql2';

/** As many connections as the gateway has; times as the database writes them, which costs least. */
export const pool = mysql.createPool({
  uri: process.env.DATABASE_URL!,
  connectionLimit: 10,
  dateStrings: true,
  timezone: 'Z',
});
