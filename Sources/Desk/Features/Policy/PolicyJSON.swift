import Diagnosis
import Domain
import Storage
import Web

/// The policy as the API gives it.
enum PolicyJSON {
    static let reads = [
        APIRead(
            "policy.read", "Read the policy: the document as written, and what it says", path: "/policy",
            access: .right("policy.view"),
            parameters: [
                .init("version", "A past version; 0 is the built-in default. Left out: the one in force.")
            ]
        ) { call, services in
            let wanted = try PolicyPages.version(call.request)
            let journal = services.journal
            let (document, names) = try await services.database.read { tx in
                let document = try PolicyPages.document(wanted, journal, in: tx)
                return (
                    document, try PeopleDirectory.names(of: document.changedBy.map { [$0] } ?? [], in: tx)
                )
            }
            // An old document may name rights that are gone, and then only its text is given.
            return json(document, names, try? services.policy.check(document.text).get())
        }
    ]

    private static func json(
        _ document: PolicyReading.Document, _ names: [String: String], _ policy: Policy?
    ) -> JSON {
        [
            "version": .integer(Int64(document.version.number)),
            "changed_at": document.changedAt.map { .string($0.rfc3339) } ?? .null,
            "changed_by": document.changedBy.map { .string(names[$0] ?? $0) } ?? .null,
            "document": .string(document.text),
            "policy": policy.map(values) ?? .null,
        ]
    }

    private static func values(_ policy: Policy) -> JSON {
        var object: JSONObject = [
            "organisation": .string(policy.organisation),
            "case_number_prefix": .string(policy.caseNumberPrefix),
            "severities": .array(policy.severities.map(severity)),
            "default_severity": .string(policy.defaultSeverity.raw),
            "statuses": .array(policy.statuses.map(status)),
            "reopened_status": .string(policy.reopenedStatus.raw),
            "resolution_requires": .array(policy.resolutionRequires.map { .string($0.rawValue) }),
            "reopen_window_days": .integer(Int64(policy.reopenWindowDays)),
            "roles": .array(policy.roles.map(role)),
        ]
        for (name, terms) in PolicyLists.named(policy) { object[name] = .array(terms.map(term)) }
        return .object(object)
    }

    private static func severity(_ severity: Policy.Severity) -> JSON {
        [
            "id": .string(severity.id.raw), "name": .string(severity.name), "alias": .string(severity.alias),
            "definition": .string(severity.definition), "weight": .integer(Int64(severity.weight)),
        ]
    }

    private static func status(_ status: Policy.Status) -> JSON {
        [
            "id": .string(status.id.raw), "name": .string(status.name),
            "customer": .string(status.customerWords),
            "phase": .string(status.phase.rawValue), "to": .array(status.next.map { .string($0.raw) }),
        ]
    }

    private static func term(_ term: Policy.Term) -> JSON {
        ["id": .string(term.id), "name": .string(term.name)]
    }

    private static func role(_ role: Policy.Role) -> JSON {
        [
            "id": .string(role.id), "name": .string(role.name),
            "rights": .array(role.rights.sorted().map { .string($0.name) }),
            "second_factor": .string(role.requiresSecondFactor ? "required" : "optional"),
        ]
    }
}

/// The plain lists of a policy by their key in the document.
enum PolicyLists {
    static func named(_ policy: Policy) -> [(key: String, terms: [Policy.Term])] {
        [
            ("components", policy.components), ("product_areas", policy.productAreas),
            ("environments", policy.environments), ("categories", policy.categories),
            ("root_causes", policy.rootCauses), ("verdicts", policy.verdicts),
            ("fault_layers", policy.faultLayers), ("verification_methods", policy.verificationMethods),
            ("tiers", policy.tiers),
            ("channels", policy.channels),
            ("segments", policy.segments), ("regions", policy.regions),
            ("products", policy.products), ("contracts", policy.contracts), ("coverages", policy.coverages),
            ("contact_roles", policy.contactRoles), ("risk_levels", policy.riskLevels),
        ]
    }
}
