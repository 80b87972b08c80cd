import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The page on which administrators see whether backups are made.
enum BackupPages {
    static let right: Right = "backup.view"

    static func routes(_ services: Services) -> [Route] {
        [.signedIn(.get, "/backups", .right(right)) { call in try await show(call, services) }]
    }

    static let read = APIRead(
        "backup.list", "Backups that were made by themselves, newest first", path: "/backups",
        access: .right(right)
    ) { _, services in
        let runs = try await latest(services)
        return ["items": .array(runs.map(json))]
    }

    private static func latest(_ services: Services) async throws -> [BackupRun] {
        try await services.database.read { tx in
            try tx.all(BackupQueries.latest(limit: 100), BackupQueries.read)
        }
    }

    static func json(_ run: BackupRun) -> JSON {
        var object: JSONObject = [
            "id": .string(run.id), "begun_at": run.begunAt.json, "node": .string(run.node),
            "file": .string(run.file), "is_good": .bool(run.isGood),
        ]
        object["ended_at"] = run.endedAt?.json ?? .null
        object["bytes"] = run.bytes.map(JSON.integer) ?? .null
        object["rows"] = run.rows.map(JSON.integer) ?? .null
        object["evidence_files"] = run.evidenceFiles.map(JSON.integer) ?? .null
        object["verified_at"] = run.verifiedAt?.json ?? .null
        object["problem"] = run.problem.map(JSON.string) ?? .null
        return .object(object)
    }

    private static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let now = services.clock()
        let runs = try await latest(services)
        let rows = runs.map { run -> HTML in
            let state: HTML =
                run.endedAt == nil
                ? "Being made"
                : run.isGood ? "Restored and verified" : "<strong>Failed</strong>: \(run.problem ?? "")"
            let took = run.endedAt.map { "\($0.seconds(since: run.begunAt)) s" } ?? ""
            let size = run.bytes.map { EvidenceWords.size($0) } ?? ""
            return """
                <tr><th scope="row">\(time(run.begunAt, now: now))</th><td data-label="File"><code>\(run.file)</code></td><td data-label="State">\(state)</td><td data-label="Took">\(took)</td><td data-label="Size">\(size)</td><td data-label="Node">\(run.node)</td></tr>

                """
        }
        let next: HTML =
            services.backups == nil
            ? "Name a folder with the setting <code>backup_folder</code>, and the server makes one every day, restores it, and verifies it."
            : "The first one begins within a minute."
        let list: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No backup was made by itself yet</h2><p>\(next)</p></div></div>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Backups, newest first</caption><thead><tr><th scope="col">Begun</th><th scope="col">File</th><th scope="col">State</th><th scope="col">Took</th><th scope="col">Size</th><th scope="col">Node</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        let main: HTML = """
            <div class="q-head"><h1>Backups</h1></div>\(lede(runs, services, now))\(list)
            """
        return services.page(Page("Backups", here: "/backups", main: main), for: call)
    }

    /// How it stands, and what to do next.
    private static func lede(_ runs: [BackupRun], _ services: Services, _ now: Timestamp) -> HTML {
        guard let settings = services.backups else {
            return
                "<p class=\"lede\">No scheduled backups on this node: the setting <code>backup_folder</code> is not given. <code>thirdline backup FILE</code> makes one by hand.</p>"
        }
        let status = BackupStatus(good: runs.first(where: \.isGood), last: runs.first)
        if let warning = status.warning(settings.schedule, at: now) {
            return
                "<p class=\"lede\"><strong>\(warning)</strong> It is tried again every hour. Look at the room and the rights of <code>\(settings.folder)</code>; the log of the node has the whole error.</p>"
        }
        return
            "<p class=\"lede\">Every \(String(settings.schedule.hours)) hours into <code>\(settings.folder)</code>; the newest \(String(settings.schedule.keep)) are kept. Each is restored into a file of its own and verified. Copy them to another place, and the key file to a third.</p>"
    }
}
