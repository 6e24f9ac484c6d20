/**
 * Words of Amazon's refusals, of errors in general, and of what stands between them. A name is as good a word as any: only
 * what is known to be none may be kept.
 */
const known = new Set(
  `a able about above access account accounts action actions add added address after again all allowed already also amazon amazonorderid
  an and any api application applications are asin associated at attempt authentication authorization authorized available bad be
  because been before being below between body bucket business but buyer buyers by call calls can cancelled cannot certain check client
  closed code conflict connection contact content could country credentials currently customer data date day days delivered
  delivery denied description details developer did different disabled do documentation does doing don done due during each
  element eligible email empty enabled encountered endpoint error errors exceeded exception exist exists expected expired
  failed failure false feature feedback few field fields find first following for forbidden format found from fulfilled
  function further gateway get given grant granted guide had has have header headers help here how id identifier if in
  included incorrect input internal invalid is issue it item items its json key language last later length less limit limits list
  long lwa mail malformed marketplace marketplaceid marketplaceids match matching maximum may media message messages method minimum
  missing more most must name need needs new next no none not notification now null number object of off on once one only open
  operation operations or order orders other out outside owner page parameter parameters parse partner permission permissions
  permitted plan please policy possible post previously problem proceed process processed processing product program
  prohibited properly provide provided quota quoted range rate read reason receive received refresh refused region reject rejected
  request requested requests required resource resources response rest restricted result retry review reviews revoked
  role roles same scope secret security see seller sellers selling send sent server service services should since solicitation
  solicitations some something sorry status still such support supported syntax system t take temporarily temporary than that the
  their them then there these they this throttled throttling time timed timeout timestamp to today token tokens too try type
  unable unauthorized unavailable under undefined unexpected unknown unprocessable unsupported until update updated use used user
  using valid validation value values version very via violation was way we were what when where which while will window with within
  word words write wrong yes yet you your`.split(/\s+/),
);

/** Everything but known words, in camel case or with hyphens too, is left out; numbers of up to five digits and single letters stay. */
export function knownWordsOf(text: string): string {
  return text
    .replaceAll(/[\p{L}\p{M}\p{N}]+/gu, (word) => (/^(\d{1,5}|[a-z])$/i.test(word) || isKnown(word) ? word : '…'))
    .replaceAll(/…(?:[^\p{L}\p{N}[]*…)+/gu, '…');
}

function isKnown(word: string): boolean {
  return word.split(/(?<=\p{Ll})(?=\p{Lu})/u).every((part) => known.has(part.toLowerCase()));
}
