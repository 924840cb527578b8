/** Names and sentences of the seeded world. */

const FIRST = [
  "amara", "bruno", "chloe", "dario", "elif", "farid", "greta", "hana", "ivan", "jonas", "kofi", "lena", "milan", "nadia",
  "omar", "petra", "quinn", "rosa", "sami", "tara", "umar", "vera", "wendy", "xenia", "yusuf", "zora", "anouk", "boris",
  "celia", "diego", "esme", "felix", "gwen", "hugo", "ines", "jade", "kira", "luca", "maya", "noel",
]; // prettier-ignore
const LAST = [
  "ash", "bay", "cole", "dune", "elm", "fox", "gale", "hill", "ives", "jay", "kite", "lark", "moss", "nest", "oak", "pine",
  "reed", "sand", "tide", "vale", "wren", "yew",
]; // prettier-ignore

const PLACES = ["the harbour", "the mudflats", "the north pier", "the salt marsh", "platform 4", "the old library"];
const THINGS = [
  "a kettle",
  "a map of the coast",
  "seven notebooks",
  "a borrowed telescope",
  "one good umbrella",
  "a field guide",
];
const BIRDS = ["dunlins", "sanderlings", "curlews", "knots", "turnstones", "plovers", "godwits", "oystercatchers"];
const TAGS = [
  "birding",
  "morning",
  "coffee",
  "edge",
  "tides",
  "slowweb",
  "typescript",
  "photography",
  "running",
  "books",
];
const LINKS = ["tide-tables", "recipes/rye-bread", "maps/estuary", "notes/queues", "albums/low-water", "talks/caches"];

const SENTENCES = [
  "Low water at six, and {n} {birds} on {place}. #birding",
  "Packed {thing} and forgot the sandwiches. #{tag}",
  "If you are near {place} this week, look up: {birds} everywhere.",
  "Today's plan: {thing}, strong coffee, and no meetings before noon. #coffee",
  "Reading about how flocks turn together. Nobody leads, everybody follows seven neighbours. #{tag}",
  "@{name} you were right about {place}. Worth the walk.",
  "Does anybody have {thing} I could borrow until Sunday?",
  "{n} kilometres along the coast before breakfast. #running #{tag}",
  "The light over {place} just now! #photography",
  "New bread, old recipe: https://example.com/{link} #{tag}",
  "Wrote down what I learned about {birds} this year: https://example.com/{link}",
  "@{name} and I counted {n} {birds}, and then counted them again. Same number!",
  "A cache is a promise that you can look it up again. #edge",
  "Rain at {place}. The {birds} do not mind. #{tag}",
  "Small habits, kept: day {n} of writing one good sentence. #books",
  "Who else gets up for the tide and stays for the coffee? #morning",
  "Heard {birds} at night. Best sound there is. #{tag}",
  "@{name} thank you for the photographs, they are on my wall now.",
  "Missed the train at {place}, met an old friend. Fair trade.",
  "Deployed on a Friday. It was fine. #typescript",
  "{n} pages left and I do not want it to end. #books",
  "Wind from the east, {birds} from the north. Autumn, then. #{tag}",
  "Somebody left {thing} at {place}. Is it yours?",
  "Ordinary day. Lovely, really. #{tag}",
];

/** The username of generated user `index`: readable, and different for each below 880. */
export function generatedUsername(index: number): string {
  const first = FIRST[index % FIRST.length] ?? "user";
  const last = LAST[(index + Math.floor(index / FIRST.length)) % LAST.length] ?? "bird";
  return `${first}_${last}`;
}

/** `amara_ash` → `Amara Ash`. */
export function displayName(username: string): string {
  return username.replace(/(^|_)([a-z])/g, (_all, gap: string, letter: string) => (gap && " ") + letter.toUpperCase());
}

/** A pleasant sentence; `name` may be mentioned in it. */
export function sentence(random: () => number, name: string): string {
  const one = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? "";
  return one(SENTENCES)
    .replaceAll("{n}", String(2 + Math.floor(random() * 40)))
    .replaceAll("{birds}", one(BIRDS))
    .replaceAll("{place}", one(PLACES))
    .replaceAll("{thing}", one(THINGS))
    .replaceAll("{tag}", one(TAGS))
    .replaceAll("{link}", one(LINKS))
    .replaceAll("{name}", name);
}
