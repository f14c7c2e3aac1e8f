import type { Lexicon } from './lexicon.ts';

/** Stands for all of them: no phrases are matched in it. */
export const NO_PHRASE_LANGUAGE = 'other';

const NO_PHRASES: Lexicon['phrases'] = {
  reasoning: [],
  rubric: [],
  rewrite: [],
  'generate-data': [],
  'format-coercion': [],
  'tool-trace': [],
  'role-script': [],
  'self-critique': [],
  'human-turn': [],
};

/**
 * Function words of Latin languages that the scanner does not know, so that Portuguese is not taken
 * for Spanish nor Dutch for German: Portuguese, Italian, Dutch, Polish, Turkish, Indonesian,
 * Vietnamese, Swedish, Danish, Romanian, Czech, Catalan.
 */
export const NEIGHBOURS: Lexicon = {
  language: NO_PHRASE_LANGUAGE,
  functionWords: '',
  commonWords: `o os um uma uns umas do da dos das no na nos nas ao aos pelo pela com não em você vocês eu
    ele ela eles elas isso este esta meu minha seu sua também mais muito mas ou que e é são foi para
    por como quando onde quem qual quero preciso obrigado olá por de se me
    il lo la i gli le di del della dei delle dal dalla nel nella sul sulla con per che non è sono ho
    ha hai un uno una mi ti si ci vi anche più ma come quando dove chi cosa perché questo questa
    questi mio mia tuo tua suo sua voglio grazie ciao alla al
    het een van op te zijn ik je jij hij wij we ze dat deze dit niet ook maar met voor naar bij uit
    wat hoe waarom wie waar kan kun mijn jouw en is in de of aan er heb heeft wordt door om
    i w na z ze się nie jest to że jak do od dla przez czy ale co kto gdzie mnie mi ja ty on ona są
    ve bir bu da için ile ben sen biz ne nasıl neden çok daha ama mi mı var yok olan olarak
    yang dan di ke dari untuk dengan ini itu adalah tidak saya kamu anda apa bagaimana bisa akan
    là và của có không cho một các được người tôi bạn này với như trong
    och att det som en ett på av är för med den till inte jag du han hon vi de var hur vad kan mig
    og at af er til ikke jeg hvad hvordan kan min din
    și să nu este cu pe din pentru care mai ce cum sunt la
    a se na je že s v za pro jak co jsem nebo ale
    i el els les amb per què és no dels als`,
  phrases: NO_PHRASES,
};
