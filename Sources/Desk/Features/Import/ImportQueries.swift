import Domain
import Storage

/// The tables of what was imported: which rows, and which case an outside number is.
package enum ImportQueries {
    static func row(source: String, key: String) -> SQL {
        "SELECT digest FROM import_row WHERE source = \(source) AND row_key = \(key)"
    }

    static func anyRow(of source: String) -> SQL {
        "SELECT 1 FROM import_row WHERE source = \(source) LIMIT 1"
    }

    static func insertRow(source: String, key: String, digest: [UInt8], caseID: String) -> SQL {
        """
        INSERT INTO import_row (source, row_key, digest, case_id)
        VALUES (\(source), \(key), \(digest), \(caseID))
        """
    }

    static func caseID(source: String, number: String) -> SQL {
        "SELECT case_id FROM import_case WHERE source = \(source) AND external_number = \(number)"
    }

    static func insertCase(source: String, number: String, caseID: String) -> SQL {
        """
        INSERT INTO import_case (source, external_number, case_id)
        VALUES (\(source), \(number), \(caseID))
        """
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = [
        row(source: "x", key: "x"), anyRow(of: "x"),
        insertRow(source: "x", key: "x", digest: [], caseID: "x"),
        caseID(source: "x", number: "x"), insertCase(source: "x", number: "x", caseID: "x"),
    ]
}
