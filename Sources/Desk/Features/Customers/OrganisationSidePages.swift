import Domain
import Web

extension OrganisationView {
    // MARK: Beside

    var contacts: HTML {
        let people = content.contacts
        let add: HTML =
            actor.may("people.manage")
            ? "<a href=\"/people/new?roles=customer&amp;organisation=\(content.this.id.raw)\">Add contact</a>"
            : .empty
        let list: HTML =
            people.isEmpty
            ? "<p class=\"dim\">No contacts yet. Contacts sign in to the portal, report cases and see only the cases of their organisation. An administrator adds them.</p>"
            : "<ul class=\"people\">\(people.map(contact))</ul>"
        return """
            <section class="panel" id="contacts"><header><h2>Contacts <span class="dim">\(people.count)</span></h2>\(add)</header>\(list)</section>

            """
    }

    private func contact(_ person: Person) -> HTML {
        let known = content.this.record.contacts[person.id.raw] ?? AccountContact()
        let isStaff = !actor.isCustomer
        let name: HTML =
            actor.may("people.view")
            ? "<a href=\"/people/\(person.id.raw)\">\(isolated(person.name))</a>" : isolated(person.name)
        let roles = known.roles.map { policy.name(of: $0, in: \.contactRoles) }.joined(separator: ", ")
        var about: [HTML] = []
        if isStaff, !roles.isEmpty { about.append("\(roles)") }
        if isStaff, known.isNamed { about.append("named in the contract") }
        about += reported(by: person)
        if !person.isActive { about.append("switched off") }
        if let email = person.email { about.append(isolated(email)) }
        let note: HTML =
            isStaff
            ? known.note.map { "<small class=\"text\" dir=\"auto\">\($0)</small>" } ?? .empty : .empty
        let edit: HTML =
            isStaff && actor.may("organisation.edit")
            ? " <a class=\"f12\" href=\"/organisations/\(content.this.id.raw)/describe_contact?\(query(person, known))\">Describe<span class=\"sr\"> \(person.name)</span></a>"
            : .empty
        return "<li><b>\(name)</b>\(edit)<small>\(HTML.joined(about, by: ", "))</small>\(note)</li>"
    }

    /// The open cases that a contact reported: the call is about them.
    private func reported(by person: Person) -> [HTML] {
        let cases = content.cases.filter { $0.requester == person.id }
        guard !cases.isEmpty else { return [] }
        let links = cases.prefix(3).map { "<a href=\"/cases/\($0.number)\">\($0.number)</a>" as HTML }
        let more = cases.count > 3 ? " and \(cases.count - 3) more" : ""
        return ["reported \(HTML.joined(links, by: ", "))\(more)"]
    }

    /// What is known of a contact, for the form that replaces it as a whole.
    private func query(_ person: Person, _ known: AccountContact) -> String {
        var pairs = [("contact", person.id.raw)]
        if !known.roles.isEmpty { pairs.append(("roles", known.roles.joined(separator: "\n"))) }
        if known.isNamed { pairs.append(("named", "true")) }
        if let note = known.note { pairs.append(("note", note)) }
        return pairs.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    }

    var profile: HTML {
        let pairs = AccountDetail.profile.compactMap { detail in
            content.this.record.first(detail).map { value in
                "<dt>\(detail.label)</dt><dd class=\"text\" dir=\"auto\">\(value)</dd>" as HTML
            }
        }
        let edit: HTML =
            actor.may("organisation.edit")
            ? "<a href=\"/organisations/\(content.this.id.raw)/edit_profile\">Edit<span class=\"sr\"> environment profile</span></a>"
            : .empty
        let list: HTML =
            pairs.isEmpty
            ? "<p class=\"dim\">Nothing noted yet: sign-on, network limits, integrations, versions, flags, data residency, quirks.</p>"
            : "<dl class=\"pairs over\">\(pairs)</dl>"
        return """
            <section class="panel" id="profile"><header><h2>Environment profile</h2>\(edit)</header>\(list)</section>

            """
    }

    var entitlement: HTML {
        let record = content.this.record
        let named = record.contacts.values.filter(\.isNamed).count
        let contacts = record.first(.namedContacts).map { "\(named) of \($0) named" } ?? "Any"
        func words(_ detail: AccountDetail) -> String {
            detail.words(record[detail], policy) ?? "All"
        }
        return """
            <section class="panel" id="entitlement"><header><h2>What the contract allows</h2></header><dl class="pairs"><dt>Severities</dt><dd>\(words(.severities))</dd><dt>Channels</dt><dd>\(words(.channels))</dd><dt>Contacts</dt><dd>\(contacts)</dd></dl></section>

            """
    }

    var delegations: HTML {
        let record = content.this.record
        guard !record.delegations.isEmpty else { return .empty }
        let today = CalendarDay(now)
        let items = record.delegations.sorted { $0.key < $1.key }.map { person, one -> HTML in
            let rights = AccountDelegation.Right.allCases.filter(one.rights.contains).map(\.label)
            let end =
                one.until.map { one.holds(on: today) ? ", until \($0.text)" : ", ended \($0.text)" } ?? ""
            let stop: HTML =
                actor.may("organisation.delegate")
                ? " <a class=\"f12\" href=\"/organisations/\(content.this.id.raw)/end_delegation?person=\(person)\">End</a>"
                : .empty
            return
                "<li><b>\(isolated(content.names[person] ?? "Somebody"))</b>\(stop)<small>\(rights.joined(separator: ", "))\(end)</small></li>"
        }
        return """
            <section class="panel" id="delegations"><header><h2>May act for them</h2></header><ul class="people">\(items)</ul></section>

            """
    }

    var actions: HTML {
        let path = "/organisations/\(content.this.id.raw)"
        let known: [(Right, String, String, String)] = [
            ("organisation.edit", "edit", "edit", "Edit account"),
            ("organisation.edit", "edit_profile", "edit", "Edit environment profile"),
            ("organisation.edit", "rename", "edit", "Change name"),
            ("organisation.edit", "change_tier", "rank", "Change tier"),
            ("organisation.flag_risk", "raise_risk", "alert", "Raise a risk flag"),
            ("organisation.commit", "make_commitment", "clock", "Write a commitment down"),
            (AmendmentRights.propose, "propose_amendment", "doc", "Propose a contract amendment"),
            ("organisation.edit", "set_change_calendar", "clock", "Set change windows and freezes"),
            ("organisation.delegate", "delegate", "people", "Let somebody act for them"),
        ]
        let links = known.filter { actor.may($0.0) && !actor.isCustomer }.map {
            "<a href=\"\(path)/\($0.1)\">\(icon($0.2))\($0.3)</a>" as HTML
        }
        guard !links.isEmpty else { return .empty }
        return """
            <section class="panel"><header><h2>Actions</h2></header><nav class="acts" aria-label="Account actions">\(links)</nav></section>
            """
    }
}
