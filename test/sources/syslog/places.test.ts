import { expect, test } from 'vitest';
import { type Place, Places } from '../../../src/sources/syslog/places.js';

const place = (network: string, lastAt: number, hasSent = false): Place => ({ network, lastAt, hasSent });

test('of too many connections of one address the one that was idle for the longest time gives way', () => {
  const places = new Places({ inAll: 10, ofOneAddress: 2 });
  const [first, second] = [place('a', 5), place('a', 3)];
  expect([first, second, place('b', 1)].map((each) => places.add(each))).toEqual([undefined, undefined, undefined]);
  expect(places.add(place('a', 9))).toBe(second);
  expect(places.size).toBe(3);
});

test('a connection that never sent anything gives way before one that did', () => {
  const places = new Places({ inAll: 2, ofOneAddress: 2 });
  const silent = place('a', 8);
  places.add(place('a', 1, true));
  places.add(silent);
  expect(places.add(place('b', 9))).toBe(silent);
});

test('who has many connections loses one before who has few', () => {
  const places = new Places({ inAll: 3, ofOneAddress: 3 });
  const many = place('a', 7, true);
  places.add(place('b', 1));
  places.add(many);
  places.add(place('a', 8, true));
  expect(places.add(place('c', 9))).toBe(many);
});
