import Domain
import Testing

/// Mistakes in a policy document are told by line and key, all at once.
struct PolicyReadingTests {
    private func problems(_ path: String, _ value: Tree?) -> [ConfigProblem] {
        let changed = TestPolicy.tree.setting(path.split(separator: ".").map(String.init), value)
        guard case .failure(let found) = TestPolicy.read(changed) else { return [] }
        return found.problems
    }

    @Test("A sound document reads as it is written")
    func sound() {
        let policy = TestPolicy.make()
        #expect(policy.severities.map(\.weight) == [100, 50] && policy.severities[0].examples == ["All"])
        #expect(policy.status("waiting")?.onCustomerReply == "working")
        #expect(policy.requestTypes[1].isInternal && policy.requestTypes[1].answerHours == 8)
        #expect(policy.rights(of: ["customer"]) == TestPolicy.rights)
        #expect(policy.signIn.minimumPasswordLength == 12, "left out, so the default holds")
    }

    @Test(
        "A mistake names its key and says what would be right",
        arguments: [
            ("statuses.0.to.0", "workin", "statuses[0].to", "did you mean “working”?"),
            ("statuses.2.on_customer_reply", "nowhere", "statuses[2].", "“nowhere” is not a status"),
            ("statuses.1.id", "new", "statuses[1].id", "“new” stands here twice"),
            ("severities.1.id", "sev1", "severities[1].id", "“sev1” stands here twice"),
            ("components.1.id", "one", "components[1].id", "“one” stands here twice"),
            ("roles.1.id", "customer", "roles[1].id", "“customer” stands here twice"),
            ("components.0.id", "Big One", "components[0].id", "small letters"),
            ("roles.0.rights.0", "case.veiw", "roles[0].rights[0]", "did you mean “case.view”?"),
            ("roles.0.rights.0", "nothing.*", "roles[0].rights[0]", "is not a right"),
            ("statuses.0.phase", "asleep", "statuses[0].phase", "open, waiting, mitigated"),
            ("default_severity", "sev9", "default_severity", "“sev9” is not a severity"),
            ("reopened_status", "closed", "reopened_status", "not a status of phase open"),
            ("reopened_status", "gone", "reopened_status", "not a status of phase open"),
            ("reopen_window_days", "soon", "reopen_window_days", "whole number between 0 and 3650"),
            ("reopen_window_days", "-1", "reopen_window_days", "between 0 and 3650"),
            ("internal_quote_words", "3", "internal_quote_words", "between 4 and 100"),
            ("resolution_requires.0", "luck", "resolution_requires[0]", "owner, narrative, verdict"),
            ("request_types.1.internal", "yes", "request_types[1].internal", "must be true or false"),
            ("severities.0.weight", "0", "severities[0].weight", "between 1 and 100"),
            ("organisation", "", "organisation", "must be text"),
            ("components", "api", "components", "must be a list"),
            ("statuses.0", "new", "statuses[0]", "must be a set of keys"),
        ])
    func mistakes(_ path: String, _ value: String, _ key: String, _ words: String) {
        let found = problems(path, .text(value))
        #expect(
            found.contains { $0.key.hasPrefix(key) && $0.message.contains(words) && $0.line > 1 }, "\(found)")
    }

    @Test(
        "What is looked for all the time are searches that the queue understands, each under a name of its own"
    )
    func attention() {
        func check(_ id: String, _ search: String, _ step: String) -> Tree {
            .map([
                ("id", .text(id)), ("name", .text("A check")), ("search", .text(search)),
                ("step", .text(step)),
            ])
        }
        let found = problems(
            "attention",
            .list([
                check("a", "is:open updated:>2d", "note"), check("b", "is:opne", "note"),
                check("c", "component:nowhere", "note"), check("d", "(is:open", "note"),
                check("a", "is:open", "notes"),
            ]))
        #expect(
            found.map(\.key) == [
                "attention[1].search", "attention[2].search", "attention[3].search", "attention[4].id",
                "attention[4].step",
            ], "\(found)")
        #expect(found.allSatisfy { $0.line > 1 })
        #expect(
            found.first { $0.key == "attention[4].step" }?.message.contains("did you mean “note”?") == true)
        #expect(found.first { $0.key == "attention[3].search" }?.message.contains("column") == true)
    }

    @Test(
        "What is needed and not there is named",
        arguments: [
            "organisation", "case_number_prefix", "severities", "default_severity", "statuses",
            "reopened_status",
            "components", "verdicts", "tiers", "channels", "request_types", "roles", "severities.0.alias",
            "statuses.0.customer", "components.0.name",
        ])
    func needed(_ path: String) {
        let found = problems(path, nil)
        let last = path.split(separator: ".").last.map(String.init) ?? ""
        #expect(found.contains { $0.key.hasSuffix(last) && $0.message == "is needed" }, "\(found)")
    }

    @Test("Every role that the software knows is needed", arguments: Policy.requiredRoles.indices)
    func roles(_ index: Int) {
        let found = problems("roles.\(index)", nil)
        #expect(found.map(\.message) == ["the role “\(Policy.requiredRoles[index])” is needed"])
    }

    @Test("An unknown key is named with the one that was probably meant")
    func unknownKeys() {
        #expect(
            problems("organization", "X").map(\.message) == [
                "is not a key of this document; did you mean “organisation”?"
            ])
        #expect(problems("severities.0.wieght", "5").first?.key == "severities[0].wieght")
        #expect(problems("qqqqqqqqqqqq", "5").first?.message == "is not a key of this document")
    }

    @Test("A lifecycle without a way to begin or to end is refused")
    func phases() {
        #expect(
            problems("statuses.0.phase", "waiting").contains {
                $0.message.contains("must have the phase open")
            })
        #expect(
            problems("statuses.4.phase", "waiting").contains {
                $0.message == "no status has the phase resolved"
            })
        #expect(
            problems("statuses.5.phase", "waiting").contains {
                $0.message == "no status has the phase closed"
            })
    }

    @Test("All mistakes are told at once, in the order of their lines")
    func allAtOnce() {
        let broken = TestPolicy.tree.setting(["severities", "0", "weight"], "x").setting(
            ["default_severity"], "x"
        )
        .setting(["roles", "3", "rights", "0"], "x")
        guard case .failure(let found) = TestPolicy.read(broken) else {
            Issue.record("a broken document was taken")
            return
        }
        #expect(found.problems.count == 3)
        #expect(found.problems.map(\.line) == found.problems.map(\.line).sorted())
        #expect(found.description.split(separator: "\n").count == 3 && found.description.hasPrefix("line "))
    }

    @Test("A document that is no set of keys, or says a key twice, is refused")
    func shapes() {
        for tree in ["text", ["a", "b"]] as [Tree] {
            guard case .failure(let found) = TestPolicy.read(tree) else {
                Issue.record("a broken document was taken")
                continue
            }
            #expect(found.problems.contains { $0.key == "document" && $0.message == "must be a set of keys" })
        }
        guard case .map(let members) = TestPolicy.tree else { return }
        guard case .failure(let found) = TestPolicy.read(.map(members + [("organisation", "Again")])) else {
            Issue.record("a key may stand there twice")
            return
        }
        #expect(found.problems.map(\.message) == ["stands here twice"])
    }

    @Test("Rights are given one by one, by their beginning, or all")
    func rights() {
        #expect(TestPolicy.make("roles.0.rights.0", "case.view").role("customer")?.rights == ["case.view"])
        #expect(
            TestPolicy.make("roles.0.rights.0", "case.*").role("customer")?.rights == [
                "case.view", "case.note",
            ])
    }

    @Test("An unknown status keeps a case in sight")
    func unknownStatus() { #expect(TestPolicy.make().phase(of: "gone") == .open) }

    @Test("What counts in the working priority adds up to 100, or the policy says so")
    func priorityWeights() {
        let found = problems("priority", .map([("severity", .text("50")), ("time_left", .text("20"))]))
        #expect(found.map(\.message) == ["the parts add up to 105, not to 100"])
        #expect(problems("priority", .map([("severity", .text("40")), ("contract", .text("10"))])).isEmpty)
        #expect(
            problems("priority", .map([("severty", .text("45"))])).first?.message.contains("severity") == true
        )
    }
}
