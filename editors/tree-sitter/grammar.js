/**
 * The rbk language for tree-sitter: the forms of `grammar/rbk.pest`, in its order, and as forgiving as an editor needs.
 *
 * A statement begins with a `keyword`; what connects its values is a `word`. Blanks may stand where they like, and a name may
 * hold what only the parser refuses. Fences are cut out by `src/scanner.c`, because they end where they began.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

/** The word that a statement begins with. */
const keyword = ($, ...words) => one(words.map((word) => alias(word, $.keyword)));

/** One of the words that stand inside a statement. */
const word = ($, ...words) => one(words.map((word) => alias(word, $.word)));

/** Several words, one behind the other. */
const words = ($, text) => seq(...text.split(' ').map((one) => alias(one, $.word)));

const one = (rules) => (rules.length === 1 ? rules[0] : choice(...rules));

/** The head of a declaration: its keyword, its name, its title. */
const headed = ($, ...words) => seq(keyword($, ...words), field('name', $.name), field('title', $.string));

/** A list, which may go on behind a comma in the next line. */
const list = ($, rule) => seq(rule, repeat(seq(',', repeat($._newline), rule)));

/** A statement a line; a brace ends the last one as well. */
const lines = ($, rule) => seq(repeat(choice($._newline, seq(rule, $._newline))), optional(rule));

/** A block whose statements are those of `rules`; `note`, `link` and `accept` may stand in each. */
const block = ($, ...rules) => seq('{', lines($, choice(...rules, $.note, $.link, $.accept)), '}');

const text = ($) => choice($.string, $.fence);
const place = ($) => choice($.variable, $.string);
const asked = ($) => choice($.string, list($, $.name));
const range = ($) => seq($.duration, optional(seq(word($, 'to'), $.duration)));
const level = ($) => word($, 'critical', 'high', 'medium', 'low');
const on_via = ($) => seq(optional(seq(word($, 'on'), $.name)), optional(seq(word($, 'via'), $.name)));
const lasting = ($) => optional(seq(word($, 'for'), $.duration));

module.exports = grammar({
  name: 'rbk',

  word: ($) => $.name,
  extras: ($) => [/[ \t]/, '\uFEFF', $.comment],
  externals: ($) => [$._fence_open, $.code, $._fence_close, $._error_sentinel],
  supertypes: ($) => [$._declaration, $._step, $._action],

  rules: {
    file: ($) => lines($, $._declaration),

    _declaration: ($) =>
      choice(
        $.plan, $.use, $.param, $.secret, $.target, $.role, $.writer, $.backup, $.flag, $.release, $.channel, $.check, $.phase,
        $.severity, $.trigger, $.scenario, $.message, $.checklist, $.monitor, $.risk, $.post, $.section, $.accept, $.drill,
      ),

    // ── lexemes ────────────────────────────────────────────────────────────────────────────────────────────────────

    _newline: (_) => /\r?\n/,
    comment: (_) => token(prec(-1, /#[^\n]*/)),

    name: (_) => /[a-z][a-z0-9_-]*/,
    string: ($) => seq('"', repeat(choice(token.immediate(prec(1, /[^"\\\n]+/)), $.escape)), token.immediate('"')),
    escape: (_) => token.immediate(/\\(u\{[0-9a-fA-F]*\}|[^\n])/),
    fence: ($) => seq(alias($._fence_open, $.ticks), $.language, optional($.code), alias($._fence_close, $.ticks)),
    language: (_) => token.immediate(/[A-Za-z0-9_+-]+/),

    duration: (_) => /([0-9]+[a-z])+/,
    number: (_) => /-?[0-9]+(\.[0-9]+)?(%|[KMGT]?i?B)?/,
    comparison: (_) => choice('>=', '<=', '!=', '>', '<', '='),
    clock: (_) => /[0-9]{2}:[0-9]{2}/,
    date: (_) => /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
    zone: (_) => /[A-Za-z][A-Za-z0-9\/_+-]*/,
    instant: (_) => /T([+-]([0-9]+[a-z])+)?/,
    variable: (_) => /\$[A-Za-z_][A-Za-z0-9_]*/,
    object: ($) => seq($._object_part, repeat(seq(token.immediate('.'), $._object_part))),
    _object_part: ($) => choice($.name, $.identifier, $.quoted),
    identifier: (_) => /[A-Za-z_][A-Za-z0-9_$]*/,
    quoted: (_) => /"[^"\n]+"/,
    sql_type: (_) => /[A-Za-z_][A-Za-z0-9_()\[\]]*/,
    rule: (_) => /[a-z][a-z0-9-]*\/[a-z0-9-]+/,

    // ── what many blocks hold ──────────────────────────────────────────────────────────────────────────────────────

    _action: ($) => choice($.fence, $.manual_action, $.edit_action, $.restore_action, $.set_action, $.deploy_action),
    manual_action: ($) => seq(word($, 'manual'), text($)),
    edit_action: ($) => seq(word($, 'edit'), $.string, $.fence),
    restore_action: ($) => seq(word($, 'restore'), $.name),
    set_action: ($) => seq(word($, 'set'), $.name, word($, 'to'), $.string),
    deploy_action: ($) => seq(word($, 'deploy'), $.name),

    note: ($) => seq(keyword($, 'note'), text($)),
    link: ($) => seq(keyword($, 'link'), $.string, $.string),
    accept: ($) =>
      seq(keyword($, 'accept'), $.rule, word($, 'because'), $.string, optional(seq(word($, 'by'), $.name)),
        optional(seq(word($, 'until'), $.date))),

    rto: ($) => seq(keyword($, 'rto'), $.duration),
    takes: ($) => seq(keyword($, 'takes'), range($)),
    needs: ($) => seq(keyword($, 'needs'), asked($)),
    by: ($) => seq(keyword($, 'by'), $.name),
    timeout: ($) => seq(keyword($, 'timeout'), $.duration),
    retry: ($) => seq(keyword($, 'retry'), $.number, word($, 'every'), $.duration),
    dir: ($) => seq(keyword($, 'dir'), place($)),
    file_at: ($) => seq(keyword($, 'file'), place($)),
    summary: ($) => seq(keyword($, 'summary'), text($)),
    verify: ($) => seq(keyword($, 'verify'), list($, $.name)),
    show: ($) => seq(keyword($, 'show'), list($, $.name)),
    effects: ($) => seq(keyword($, 'creates', 'alters', 'writes', 'destroys'), list($, $.object)),
    freezes: ($) => seq(keyword($, 'freezes', 'thaws', 'stops', 'starts'), list($, $.name)),
    respond: ($) => seq(keyword($, 'respond'), word($, 'within'), $.duration),
    impact: ($) => seq(keyword($, 'impact'), text($)),
    confirm: ($) => seq(keyword($, 'confirm'), $.string),
    body: ($) => seq(keyword($, 'body'), text($)),
    do: ($) => seq(keyword($, 'do'), $._action),
    run: ($) => seq(keyword($, 'run'), $.name),
    item: ($) => seq(keyword($, 'item'), $.string, optional(seq(word($, 'check'), $.name)), optional(seq(word($, 'by'), $.name))),

    // ── who and what ───────────────────────────────────────────────────────────────────────────────────────────────

    plan: ($) => seq(headed($, 'plan'), alias($._plan_block, $.block)),
    _plan_block: ($) => block($, $.version, $.owner, $.summary, $.window, $.rto, $.rpo, $.retain, $.needs, $.history),
    version: ($) => seq(keyword($, 'version'), $.string),
    owner: ($) => seq(keyword($, 'owner'), $.name),
    window: ($) =>
      seq(keyword($, 'window'), choice($.date, seq(word($, 'every'), $._day)), $.clock, word($, 'to'), $.clock, $.zone),
    _day: ($) => word($, 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'),
    rpo: ($) => seq(keyword($, 'rpo'), $.duration),
    retain: ($) => seq(keyword($, 'retain'), $.duration),
    history: ($) => seq(keyword($, 'history'), $.string, $.date, $.string),

    use: ($) => seq(keyword($, 'use'), $.string),
    param: ($) =>
      seq(keyword($, 'param'), field('name', $.name), optional(field('title', $.string)),
        choice(seq(word($, 'choice'), list($, $.string)), word($, 'text', 'int', 'duration', 'path')),
        optional(seq('=', choice($.string, $.duration, $.number)))),
    secret: ($) => seq(keyword($, 'secret'), field('name', $.name), optional(field('title', $.string)), $.variable),

    target: ($) => seq(headed($, 'target'), $._target_kind, optional(alias($._target_block, $.block))),
    _target_kind: ($) => word($, 'postgres', 'mysql', 'mariadb', 'sqlite', 'http', 'host', 'env-file', 'manual'),
    _target_block: ($) => block($, $.url, $.file_at, $.dir, $.ssh, $.server_version, $.schema, $.ledger),
    url: ($) => seq(keyword($, 'url'), place($)),
    ssh: ($) => seq(keyword($, 'ssh'), list($, place($))),
    server_version: ($) => seq(keyword($, 'server-version'), $.number),
    schema: ($) => seq(keyword($, 'schema'), $.string),
    ledger: ($) => seq(keyword($, 'ledger'), $.object),

    role: ($) => seq(headed($, 'role'), alias($._role_block, $.block)),
    _role_block: ($) => block($, $.person, $.contact, $.available, $.deputy, $.escalate, $.duty),
    person: ($) => seq(keyword($, 'person'), $.string),
    contact: ($) => seq(keyword($, 'contact'), place($)),
    available: ($) => seq(keyword($, 'available'), $.string),
    deputy: ($) => seq(keyword($, 'deputy'), $.name),
    escalate: ($) => seq(keyword($, 'escalate'), $.name, word($, 'after'), $.duration),
    duty: ($) => seq(keyword($, 'duty'), $.string),

    writer: ($) => seq(headed($, 'writer'), word($, 'writes'), list($, $.name)),

    backup: ($) =>
      seq(headed($, 'backup'), word($, 'of'), $.name, optional(seq(word($, 'tables'), list($, $.object))),
        alias($._backup_block, $.block)),
    _backup_block: ($) => block($, $.method, $.backup_takes, $.backup_code, $.file_at, $.keep),
    method: ($) =>
      seq(keyword($, 'method'),
        choice(seq(word($, 'pg_dump'), word($, 'custom', 'directory', 'plain')), word($, 'mariadb-dump', 'mysqldump', 'sqlite', 'table-copy'))),
    backup_takes: ($) => seq(keyword($, 'take', 'restore'), word($, 'takes'), range($)),
    backup_code: ($) => seq(keyword($, 'take', 'verify', 'restore', 'copy', 'encrypt', 'decrypt'), $.fence),
    keep: ($) => seq(keyword($, 'keep'), $.duration),

    flag: ($) => seq(headed($, 'flag'), word($, 'on'), list($, $.name), alias($._flag_block, $.block)),
    _flag_block: ($) => block($, $.flag_variable, $.flag_value, $.flag_values, $.takes_effect),
    flag_variable: ($) => seq(keyword($, 'variable'), $.string),
    flag_value: ($) => seq(keyword($, 'default', 'rollback'), $.string),
    flag_values: ($) => seq(keyword($, 'values'), list($, $.string)),
    takes_effect: ($) => seq(keyword($, 'takes'), words($, 'effect after'), choice($.name, word($, 'deploy'))),

    release: ($) => seq(headed($, 'release'), word($, 'of'), $.name, alias($._release_block, $.block)),
    _release_block: ($) => block($, $.release_needs, $.release_deploy, $.running),
    release_needs: ($) =>
      seq(keyword($, 'needs'),
        choice(seq(word($, 'release'), list($, $.name)), list($, seq($.object, optional($.sql_type))))),
    release_deploy: ($) => seq(keyword($, 'deploy'), $._action),
    running: ($) => keyword($, 'running'),

    channel: ($) => seq(headed($, 'channel'), optional(alias($._channel_block, $.block))),
    _channel_block: ($) => block($, $.send, $.by, $.audience),
    send: ($) => seq(keyword($, 'send'), $.fence),
    audience: ($) => seq(keyword($, 'audience'), $.string),

    check: ($) => seq(headed($, 'check'), on_via($), alias($._check_block, $.block)),
    _check_block: ($) =>
      block($, $.query, $.run_code, $.request, $.header, $.body, $.compare, $.ask, $.expect, $.timeout, $.retry, $.dir),
    query: ($) => seq(keyword($, 'query'), $.fence),
    run_code: ($) => seq(keyword($, 'run'), $.fence),
    request: ($) => seq(keyword($, 'get', 'post'), $.string),
    header: ($) => seq(keyword($, 'header'), $.string, place($)),
    compare: ($) => seq(keyword($, 'compare'), $.name, ',', repeat($._newline), $.name, $.fence),
    ask: ($) => seq(keyword($, 'ask'), $.string),
    expect: ($) =>
      seq(keyword($, 'expect'),
        choice(
          seq(word($, 'rows', 'exit', 'status'), $.number),
          word($, 'empty', 'baseline'),
          seq(word($, 'output'), $.string),
          seq(word($, 'within'), $.number, words($, 'of baseline')),
          seq($.comparison, $.number),
          $.string,
          $.number,
        )),

    // ── what is done ───────────────────────────────────────────────────────────────────────────────────────────────

    phase: ($) =>
      seq(headed($, 'phase'), optional(seq(word($, 'at'), $.instant)), optional(seq(word($, 'for'), $.duration)),
        optional(seq(word($, 'after'), list($, $.name))), alias($._phase_block, $.block)),
    _phase_block: ($) => block($, $.change, $.irreversible, $.decision, $.carried_out, $.summary, $._step),
    carried_out: ($) => seq(keyword($, 'carried'), words($, 'out by'), $.string),

    change: ($) => seq(headed($, 'change'), on_via($), alias($._change_block, $.block)),
    irreversible: ($) =>
      seq(keyword($, 'irreversible'), word($, 'change'), field('name', $.name), field('title', $.string), on_via($),
        alias($._change_block, $.block)),
    _change_block: ($) =>
      block($, $.do, $.undo_takes, $.undo, $.recover, $.impact, $.after, $.takes, $.by, $.effects, $.freezes, $.applied, $.verify,
        $.needs, $.confirm, $.dir, $.timeout, $.retry),
    undo_takes: ($) => seq(keyword($, 'undo'), word($, 'takes'), range($)),
    undo: ($) => seq(keyword($, 'undo'), choice(word($, 'auto'), $._action)),
    recover: ($) =>
      seq(keyword($, 'recover'), choice(seq(word($, 'restore', 'run'), $.name), seq(word($, 'forward'), text($)))),
    after: ($) => seq(keyword($, 'after'), list($, $.name)),
    applied: ($) => seq(keyword($, 'applied', 'undone'), $.name),

    decision: ($) =>
      seq(headed($, 'decision'), optional(seq(word($, 'at'), $.instant)), word($, 'by'), $.name,
        optional(alias($._decision_block, $.block))),
    _decision_block: ($) => block($, $.needs, $.else_leave, $.show),
    else_leave: ($) => seq(keyword($, 'else'), choice(seq(word($, 'run'), $.name), word($, 'stop'))),

    // ── what calls for a rollback, and what people then do ─────────────────────────────────────────────────────────

    severity: ($) => seq(keyword($, 'severity'), level($), alias($._severity_block, $.block)),
    _severity_block: ($) => block($, $.respond, $.by, $.run, $.answer_text),
    trigger: ($) => seq(headed($, 'trigger'), level($), word($, 'automatic', 'manual'), alias($._trigger_block, $.block)),
    _trigger_block: ($) => block($, $.when, $.source, $.active, $.respond, $.by, $.run, $.answer_text),
    when: ($) =>
      seq(keyword($, 'when'),
        choice(
          seq(word($, 'told'), $.string),
          seq($.name, word($, 'fails'), lasting($)),
          seq($.string, $.comparison, choice($.duration, $.number), optional(words($, 'over baseline')), lasting($)),
        )),
    source: ($) => seq(keyword($, 'source'), text($)),
    active: ($) =>
      seq(keyword($, 'active'), optional(seq(word($, 'from'), $.name)), optional(seq(word($, 'until'), $.name))),
    answer_text: ($) => seq(keyword($, 'investigate', 'continue'), text($)),

    scenario: ($) => seq(headed($, 'scenario'), alias($._scenario_block, $.block)),
    _scenario_block: ($) =>
      block($, $.applies, $.rto, $.approve, $.needs, $.told, $.loses, $.level, $.escalates, $.goes, $.leaves, $.summary, $._step),
    applies: ($) =>
      seq(keyword($, 'applies'), optional(seq(word($, 'from'), $.name)), optional(seq(word($, 'until'), $.name)),
        optional(seq(word($, 'within'), $.duration, word($, 'of'), $.name))),
    approve: ($) => seq(keyword($, 'approve'), $.name, optional(words($, 'by other'))),
    told: ($) => seq(keyword($, 'symptom', 'limits', 'never'), text($)),
    loses: ($) => seq(keyword($, 'loses'), words($, 'at most'), $.duration),
    level: ($) => seq(keyword($, 'level'), $.number),
    escalates: ($) =>
      seq(keyword($, 'escalates'), word($, 'to'), $.name,
        choice(seq(word($, 'after'), $.duration), seq(word($, 'when'), $.name))),
    goes: ($) => seq(keyword($, 'goes'), word($, 'forward')),
    leaves: ($) => seq(keyword($, 'leaves'), $.name, word($, 'frozen')),

    _step: ($) => choice($.verb, $.set, $.step, $.manual, $.group, $.parallel, $.choose),
    verb: ($) =>
      seq(
        choice(
          seq(keyword($, 'undo'), list($, choice($.name, word($, 'everything')))),
          seq(keyword($, 'restore', 'take', 'capture', 'verify', 'deploy', 'send', 'run', 'show'), list($, $.name)),
        ),
        optional($._tail)),
    set: ($) => seq(keyword($, 'set'), $.name, word($, 'to'), $.string, optional($._tail)),
    step: ($) => seq(headed($, 'step'), on_via($), optional($._tail)),
    manual: ($) => seq(headed($, 'manual'), optional($._tail)),
    _tail: ($) =>
      choice(
        seq(word($, 'by'), $.name, optional(seq(word($, 'takes'), range($))), optional($._after), optional($._steps_own)),
        seq(word($, 'takes'), range($), optional($._after), optional($._steps_own)),
        seq($._after, optional($._steps_own)),
        $._steps_own,
      ),
    _after: ($) => seq(word($, 'after'), list($, $.name)),
    _steps_own: ($) => alias($._step_block, $.block),
    _step_block: ($) =>
      block($, $.condition, $.needs, $.confirm, $.do, $.dir, $.timeout, $.retry, $.verify, $.else, $.record, $.freezes, $.effects),
    condition: ($) =>
      seq(choice(seq(keyword($, 'only'), word($, 'if')), keyword($, 'unless')),
        choice(
          seq(word($, 'chose'), $.name),
          seq($.name, optional(seq(word($, 'is'), choice(word($, 'available', 'applied'), $.string)))),
        )),
    else: ($) =>
      seq(keyword($, 'else'), choice(seq(word($, 'run'), $.name), word($, 'stop', 'continue'), alias($._else_block, $.block))),
    _else_block: ($) => seq('{', lines($, $._step), '}'),
    record: ($) => seq(keyword($, 'record'), $.string, word($, 'as'), $.name),

    group: ($) => seq(headed($, 'group'), optional(seq(word($, 'rto'), $.duration)), alias($._group_block, $.block)),
    _group_block: ($) => block($, $.condition, $.needs, $._step),
    parallel: ($) => seq(keyword($, 'parallel'), alias($._group_block, $.block)),
    choose: ($) => seq(headed($, 'choose'), optional(word($, 'several')), alias($._choose_block, $.block)),
    _choose_block: ($) => block($, $.option),
    option: ($) => seq(headed($, 'option'), optional(word($, 'recommended')), alias($._group_block, $.block)),

    // ── what people read, send and watch ───────────────────────────────────────────────────────────────────────────

    message: ($) => seq(headed($, 'message'), word($, 'to'), $.name, alias($._message_block, $.block)),
    _message_block: ($) => block($, $.subject, $.body, $.slot, $.at, $.deadline, $.by),
    subject: ($) => seq(keyword($, 'subject'), $.string),
    slot: ($) => seq(keyword($, 'slot'), field('name', $.name), $.string),
    at: ($) => seq(keyword($, 'at'), $.instant),
    deadline: ($) => seq(keyword($, 'deadline'), $.duration),

    checklist: ($) =>
      seq(headed($, 'checklist'), optional(seq(word($, 'before', 'during', 'after'), $.name)), alias($._checklist_block, $.block)),
    _checklist_block: ($) => block($, $.item),

    monitor: ($) => seq(headed($, 'monitor'), word($, 'for'), $.duration, alias($._monitor_block, $.block)),
    _monitor_block: ($) => block($, $.watch, $.by),
    watch: ($) => seq(keyword($, 'watch'), asked($)),

    risk: ($) => seq(headed($, 'risk'), level($), alias($._risk_block, $.block)),
    _risk_block: ($) => block($, $.impact, $.mitigation, $.run),
    mitigation: ($) => seq(keyword($, 'mitigation'), text($)),

    post: ($) =>
      seq(headed($, 'post'), word($, 'by'), $.name, word($, 'within'), $.duration, optional(alias($._checklist_block, $.block))),

    section: ($) => seq(headed($, 'section'), $.fence),

    drill: ($) => seq(keyword($, 'drill'), alias($._drill_block, $.block)),
    _drill_block: ($) => block($, $.drill_data, $.answer, $.stand_in),
    drill_data: ($) => seq(keyword($, 'schema', 'data', 'workload'), $.name, $.string),
    answer: ($) => seq(keyword($, 'answer'), $.name, $.string),
    stand_in: ($) => seq(keyword($, 'stand-in'), $.name, $.fence),
  },
});
