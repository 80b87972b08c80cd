import Domain
import Storage
import Web

/// What the investigation adds to the page of a case, and its own page.
enum InvestigationPages {
    static let part = CasePart(
        .work, order: 20,
        actions: { context in
            context.isDone
                ? [] : [CaseAction("case.investigate", "add_hypothesis", icon: "s-most", "Add a hypothesis")]
        },
        json: InvestigationJSON.members,
        sentence: { fact, sentences, isForCustomer in
            guard !isForCustomer, case .investigation(let body) = fact.body else { return nil }
            return InvestigationSentence(body: body, sentences: sentences).line
        })
}
