import Diagnosis
import Domain
import Storage

/// One act on many cases, as somebody began it.
struct BulkRun: Sendable {
    /// Names the run.
    var id: String
    /// Who began it; every single act is theirs.
    var person: String
    /// What they could do when they began it: a token's scopes hold for the run as well.
    var rights: Set<Right>
    /// The operation that is carried out on each case.
    var operation: String
    /// Its fields, all but `id`.
    var input: RawInput
    /// What is done, in words.
    var summary: String
    /// When it was begun.
    var begunAt: Timestamp
    /// When all was done, or it was stopped.
    var endedAt: Timestamp?
    /// Whether somebody stopped it.
    var isStopped = false
    /// The run that it takes back; nil for others.
    var undoes: String?
}

/// What became of one case of a run.
struct BulkItem: Sendable {
    /// How far it is.
    enum State: String, Sendable, CaseIterable {
        /// It is still to be done.
        case waiting
        /// It was changed.
        case done
        /// It was so already.
        case unchanged
        /// It could not be done; the message says why.
        case refused
    }

    /// Its place in the run.
    var position: Int
    /// What the operation acts on: the case, or what is taken back.
    var target: String
    /// The case's number.
    var number: String
    /// How far it is.
    var state = State.waiting
    /// Why it was refused.
    var message: String?
    /// How it can be taken back.
    var undo: String?
}

/// The tables of runs.
enum BulkStore {
    /// Runs are forgotten so many days after they ended.
    static let days: Int64 = 30

    static func insert(_ run: BulkRun) -> SQL {
        """
        INSERT INTO bulk_run (id, person, rights, operation, input, summary, begun_at, undoes)
        VALUES (\(run.id), \(run.person), \(run.rights.map(\.name).sorted().joined(separator: " ")),
            \(run.operation), \(run.input.json.text), \(run.summary), \(run.begunAt.microseconds),
            \(run.undoes))
        """
    }

    static func insert(_ item: BulkItem, of run: String) -> SQL {
        """
        INSERT INTO bulk_item (run_id, position, target, number, state)
        VALUES (\(run), \(item.position), \(item.target), \(item.number), \(item.state.rawValue))
        """
    }

    private static let columns: SQL = """
        id, person, rights, operation, input, summary, begun_at, ended_at, is_stopped, undoes
        """

    static func run(id: String) -> SQL { "SELECT \(columns) FROM bulk_run WHERE id = \(id)" }

    /// The oldest run that is not at its end.
    static func unfinished(limit: Int) -> SQL {
        "SELECT \(columns) FROM bulk_run WHERE ended_at IS NULL ORDER BY begun_at, id LIMIT \(limit)"
    }

    static func runs(of person: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM bulk_run WHERE person = \(person) ORDER BY begun_at DESC, id DESC LIMIT \(limit)"
    }

    static func undoing(_ run: String) -> SQL { "SELECT id FROM bulk_run WHERE undoes = \(run) LIMIT 1" }

    static func items(of run: String, in state: BulkItem.State, limit: Int) -> SQL {
        """
        SELECT position, target, number, state, message, undo FROM bulk_item
        WHERE run_id = \(run) AND state = \(state.rawValue) ORDER BY position LIMIT \(limit)
        """
    }

    /// What can be taken back, the latest first.
    static func undoable(of run: String) -> SQL {
        """
        SELECT position, target, number, state, message, undo FROM bulk_item
        WHERE run_id = \(run) AND undo IS NOT NULL ORDER BY position DESC
        """
    }

    static func counts(of run: String) -> SQL {
        "SELECT state, COUNT(*), COUNT(undo) FROM bulk_item WHERE run_id = \(run) GROUP BY state"
    }

    static func settle(_ item: BulkItem, of run: String) -> SQL {
        """
        UPDATE bulk_item SET state = \(item.state.rawValue), message = \(item.message), undo = \(item.undo)
        WHERE run_id = \(run) AND position = \(item.position)
        """
    }

    /// Asks whoever works at a run to end it once what is under way is settled.
    static func stop(_ run: String) -> SQL {
        "UPDATE bulk_run SET is_stopped = 1 WHERE id = \(run) AND ended_at IS NULL"
    }

    /// Ends a run; the words that it wrote stand in the cases alone from then on.
    static func end(_ run: String, at now: Timestamp) -> SQL {
        """
        UPDATE bulk_run SET ended_at = \(now.microseconds), input = '{}' WHERE id = \(run) AND ended_at IS NULL
        """
    }

    static func forgetItems(before moment: Timestamp) -> SQL {
        """
        DELETE FROM bulk_item WHERE run_id IN (SELECT id FROM bulk_run WHERE ended_at < \(moment.microseconds))
        """
    }

    static func forgetRuns(before moment: Timestamp) -> SQL {
        "DELETE FROM bulk_run WHERE ended_at < \(moment.microseconds)"
    }

    static func readRun(_ row: any Row) throws -> BulkRun {
        BulkRun(
            id: row.text(0), person: row.text(1),
            rights: Set(row.text(2).split(separator: " ").map { Right(String($0)) }), operation: row.text(3),
            input: RawInput(try JSON(parsing: row.text(4))), summary: row.text(5),
            begunAt: Timestamp(microseconds: row.integer(6)),
            endedAt: row.optionalInteger(7).map { Timestamp(microseconds: $0) }, isStopped: row.flag(8),
            undoes: row.optionalText(9))
    }

    static func readItem(_ row: any Row) -> BulkItem {
        BulkItem(
            position: Int(row.integer(0)), target: row.text(1), number: row.text(2),
            state: BulkItem.State(rawValue: row.text(3)) ?? .waiting, message: row.optionalText(4),
            undo: row.optionalText(5))
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let zero = Timestamp(microseconds: 0)
        let item = BulkItem(position: 1, target: "x", number: "x")
        return [
            insert(
                BulkRun(
                    id: "x", person: "x", rights: [], operation: "x", input: RawInput(), summary: "x",
                    begunAt: zero)),
            insert(item, of: "x"), run(id: "x"), unfinished(limit: 1), runs(of: "x", limit: 1), undoing("x"),
            items(of: "x", in: .refused, limit: 1), undoable(of: "x"), counts(of: "x"), settle(item, of: "x"),
            stop("x"), end("x", at: zero), forgetItems(before: zero), forgetRuns(before: zero),
        ]
    }()
}
