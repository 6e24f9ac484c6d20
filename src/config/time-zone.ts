import { IANAZone } from 'luxon';
import { nearest } from './nearest.js';
import { type Reader, read, shown, unreadable } from './reading.js';

const examples = 'Europe/Berlin or America/Los_Angeles';

/** A place of the IANA time zone database. Names like EST are refused: they know no daylight saving, and nobody expects that. */
export const timeZone: Reader<string> = (text) => {
  const places = Intl.supportedValuesOf('timeZone');
  // Newer versions of Node take an offset such as +02:00 for a zone, too; it would not follow daylight saving.
  if (/^[a-z]/i.test(text) && IANAZone.isValidZone(text)) {
    if (!text.includes('/') && text.toUpperCase() !== 'UTC') {
      return unreadable(`${shown(text)} is not written as Area/City`, `e.g. ${examples}`);
    }
    return read(places.find((place) => place.toLowerCase() === text.toLowerCase()) ?? text);
  }
  const near = nearest(text, places);
  return unreadable(
    `${shown(text)} is not a time zone of the IANA database`,
    near ? `did you mean ${near}?` : `write it as Area/City, e.g. ${examples}`,
  );
};
