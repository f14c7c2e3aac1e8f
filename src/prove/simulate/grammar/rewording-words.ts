/** What an operator without a language model has for varying its wording: synonyms and framing. */
import type { Language } from './languages.ts';

export interface RewordingWords {
  /** Words that may stand for each other; a list is used in both directions. */
  readonly synonyms: readonly (readonly string[])[];
  /** Put before a prompt. */
  readonly leads: readonly string[];
  /** Put after it. */
  readonly tails: readonly string[];
}

const lists = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s*\|\s*/));

export const REWORDING_WORDS: Readonly<Record<Language, RewordingWords>> = {
  en: {
    synonyms: lists(`
      how many|what number of|what count of
      how much|what amount of
      write|compose|draft|put down
      answer|reply|response|solution
      question|query|problem|task
      explain|describe|lay out|clarify
      find|work out|determine|figure out
      show|display|set out|present
      give|provide|supply|hand over
      use|apply|employ|make use of
      each|every|every single
      total|overall|altogether
      buys|purchases|gets
      sells|trades|offers
      left|remaining|still there
      before|ahead of|prior to
      after|following|once past
      first|to begin with|at the start
      then|next|afterwards
      final|last|closing
      complete|full|entire|whole
      detailed|thorough|in-depth
      better|stronger|superior
      also|too|as well
      need|require|call for
      needs|requires|calls for
      want|wish|would like
      make|create|produce
      following|next|below
      you can|you are able to|you may
      you are|imagine being|act as
      act as|play|be
      list|enumerate|name
      step|stage|stride
      only|just|solely
      big|large|sizeable
      small|little|tiny
      because|since|as
      tell|say to|inform
      think|reason|reflect
      paragraph|passage|section
      words|terms|expressions
      available|at hand|accessible
      several|a few|a number of
      start|begin|set off
      number|figure|count
      people|persons|folks
      day|date
      trip|journey|ride`),
    leads: [
      'Quick one: ',
      'Hi there. ',
      'Working on a handout, so: ',
      'Please help me out here. ',
      'Here goes. ',
      'For a colleague: ',
      'Something different now. ',
      'I was asked this and got stuck. ',
      'Take a look. ',
      'One more thing. ',
    ],
    tails: [
      ' Thanks!',
      ' Keep the tone neutral.',
      ' No preamble please.',
      ' It is for a friend.',
      ' Take your time.',
      ' I will check it later.',
      ' Plain text is fine.',
    ],
  },
  de: {
    synonyms: lists(`
      schreibe|verfasse|notiere
      antwort|lösung|erwiderung
      erkläre|beschreibe|erläutere
      zeige|lege dar|präsentiere
      wie viele|welche anzahl
      kauft|erwirbt|besorgt
      verkauft|veräußert
      vollständige|gesamte|ganze
      ausführlich|gründlich|genau
      mindestens|wenigstens
      höchstens|maximal
      aufgabe|problem|frage
      du bist|stell dir vor, du bist
      bewerte|beurteile|benote
      vergleiche|stelle gegenüber`),
    leads: ['Kurze Frage: ', 'Hallo. ', 'Für eine Kollegin: ', 'Bitte hilf mir. ', 'Noch etwas: '],
    tails: [' Danke!', ' Bitte ohne Einleitung.', ' Es eilt nicht.', ' Sachlicher Ton.'],
  },
  fr: {
    synonyms: lists(`
      écris|rédige|note
      réponse|solution|réplique
      explique|décris|expose
      montre|présente|détaille
      combien de|quel nombre de
      achète|acquiert|prend
      vend|cède|propose
      complet|entier|intégral
      au moins|au minimum
      au plus|au maximum
      problème|exercice|question
      tu es|imagine que tu es
      compare|mets en regard
      garde|conserve|maintiens`),
    leads: ['Petite question : ', 'Bonjour. ', 'Pour un collègue : ', "Aide-moi s'il te plaît. "],
    tails: [' Merci !', ' Sans introduction.', ' Rien ne presse.', ' Ton neutre.'],
  },
  es: {
    synonyms: lists(`
      escribe|redacta|anota
      respuesta|solución|contestación
      explica|describe|expón
      muestra|presenta|enseña
      cuántas|qué cantidad de
      compra|adquiere|consigue
      vende|ofrece|despacha
      completa|entera|íntegra
      al menos|como mínimo
      problema|ejercicio|cuestión
      eres|imagina que eres
      compara|contrasta
      puedes|tienes permiso para`),
    leads: ['Una duda: ', 'Hola. ', 'Para una compañera: ', 'Ayúdame, por favor. '],
    tails: [' ¡Gracias!', ' Sin introducción.', ' No hay prisa.', ' En tono neutro.'],
  },
  ru: {
    synonyms: lists(`
      напиши|составь|запиши
      ответ|решение|отклик
      объясни|опиши|растолкуй
      покажи|приведи|изложи
      сколько|какое количество
      продаёт|сбывает|отдаёт за деньги
      полную|целую|всю
      минимум|не менее
      задачу|упражнение|вопрос
      сравни|сопоставь
      оцени|взвесь`),
    leads: ['Вопрос: ', 'Привет. ', 'Для коллеги: ', 'Помоги, пожалуйста. '],
    tails: [' Спасибо!', ' Без вступления.', ' Не спеши.', ' Тон нейтральный.'],
  },
  zh: {
    synonyms: lists(`
      写出|列出|给出
      回答|答复|解答
      解释|说明|阐述
      展示|呈现|列明
      多少|几
      完整|全部|整个
      至少|不少于
      题|问题|题目
      比较|对比
      请|麻烦|劳驾`),
    leads: ['问一下：', '你好。', '帮同事问：', '再来一个。'],
    tails: ['谢谢！', '不用开场白。', '不着急。', '语气中立。'],
  },
  ja: {
    synonyms: lists(`
      答え|回答|解答
      説明|解説|記述
      書いて|記して|まとめて
      示し|提示し|述べ
      何個|いくつ
      すべて|全部|残らず
      問題|課題|設問
      比べ|比較し`),
    leads: ['質問です。', 'こんにちは。', '同僚のためです。', 'もう一つ。'],
    tails: ['お願いします。', '前置きは不要です。', '急ぎません。', '淡々とした調子で。'],
  },
  ko: {
    synonyms: lists(`
      답|해답|응답
      설명|서술|해설
      적어|써|기록해
      보여|제시해|드러내
      몇 개|얼마나
      모든|온갖|전부의
      문제|과제|질문
      비교|대조`),
    leads: ['질문입니다. ', '안녕하세요. ', '동료를 위해서입니다. ', '하나 더요. '],
    tails: [' 감사합니다!', ' 서두는 빼 주세요.', ' 급하지 않아요.', ' 담담한 어조로요.'],
  },
};
